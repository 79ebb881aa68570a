// What replaces `fetch` in pages. Each wrapper puts itself into a browser profile before any page of it opens.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { bundle } from '../browser/bundle.mjs'
import * as apps from './apps.mjs'
import { patchByCapacitor } from './capacitor.mjs'

const { resolve } = createRequire(import.meta.url)
const OLD_TELEMETRY = { '@opentelemetry/instrumentation-fetch': resolve('opentelemetry-fetch-0.203') }
const TRACE_ALL = 'globalThis.tracedServices = /./'

/**
 * Wrappers by name. `install` puts one into a profile; `adds` is the header that it sends besides, which a service has
 * to allow; `noForm` says why it cannot carry a form, as which a picture may be sent.
 */
export const WRAPPERS = {
  'OpenTelemetry 0.203': { install: page('opentelemetry.js', { alias: OLD_TELEMETRY }) },
  'OpenTelemetry 0.203 with traceparent': {
    install: page('opentelemetry.js', { alias: OLD_TELEMETRY, before: TRACE_ALL }),
    adds: 'traceparent',
  },
  'OpenTelemetry 0.300': { install: page('opentelemetry.js') },
  'OpenTelemetry 0.300 with traceparent': {
    install: page('opentelemetry.js', { before: TRACE_ALL }),
    adds: 'traceparent',
  },
  Sentry: { install: page('sentry.js'), adds: 'sentry-trace' },
  Capacitor: { install: patchByCapacitor },
  'zone.js': { install: page('zone.js') },
  'the polyfill whatwg-fetch': { install: page('polyfill.js') },

  'one that reads the URL as text': { install: app(apps.readsUrlAsText) },
  'one that expects a string as URL': { install: app(apps.expectsStringUrl) },
  'one that spreads headers': { install: app(apps.spreadsHeaders) },
  'one that copies headers': { install: app(apps.copiesHeaders) },
  'one that makes a Request': { install: app(apps.makesRequest) },
  'one that logs the method': { install: app(apps.logsMethod) },
  'one that reads JSON bodies': {
    install: app(apps.readsJsonBody),
    noForm: 'a form is no text',
  },
  'one that changes the options': { install: app(apps.changesOptions) },
  'one that retries': { install: app(apps.retriesOnce) },
}

/** Loses the payment, whatever is done. */
export const LOSING = { install: app(apps.replacesHeaders) }

function app(wrap) {
  return (profile) => profile.addInitScript({ content: `globalThis.fetch = (${wrap})(globalThis.fetch)` })
}

function page(name, { alias, before = '' } = {}) {
  return async (profile) => {
    const script = await bundle(fileURLToPath(new URL(`pages/${name}`, import.meta.url)), { format: 'iife', alias })
    await profile.addInitScript({ content: `(() => { ${before}\n${script} })()` })
  }
}
