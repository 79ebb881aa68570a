import { createHash } from 'node:crypto'

/**
 * What the page may load and do; beside a sandbox also over plain http on this machine. A `<meta>` cannot say who may
 * frame the page.
 */
export function policy(html, { local = false, meta = false } = {}) {
  const here = local ? ' http://127.0.0.1:*' : ''
  return [
    "default-src 'self'",
    `script-src 'self' 'wasm-unsafe-eval'${inside(html, 'script')}`,
    `style-src 'self'${inside(html, 'style')}`,
    "font-src 'self'",
    `connect-src 'self'${here} https: blob:`,
    `img-src 'self'${here} https: data: blob:`,
    `media-src 'self'${here} https: data: blob:`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    ...(meta ? [] : ["frame-ancestors 'none'"]),
    "require-trusted-types-for 'script'",
  ].join('; ')
}

/** What stands in the HTML itself, by its digest: nothing else of the kind may. */
function inside(html, tag) {
  const found = html.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, 'g'))
  return [...found].map(([, text]) => ` 'sha256-${createHash('sha256').update(text).digest('base64')}'`).join('')
}
