/** What the page may load and do; beside a sandbox also over plain http on this machine. A `<meta>` cannot say who may frame the page. */
export function policy({ local = false, meta = false } = {}) {
  const here = local ? ' http://127.0.0.1:*' : ''
  return [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
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
