// What `@sentry/browser` sets up for fetch; the events go nowhere.
import {
  Client,
  addFetchInstrumentationHandler,
  createTransport,
  initAndBind,
  instrumentFetchRequest,
} from '@sentry/core'

class Page extends Client {
  eventFromException = async () => ({})
  eventFromMessage = async () => ({})
}

initAndBind(Page, {
  dsn: 'http://public@127.0.0.1/1',
  integrations: [],
  stackParser: () => [],
  tracesSampleRate: 1,
  transport: (options) => createTransport(options, async () => ({})),
})
const spans = {}
addFetchInstrumentationHandler((data) =>
  instrumentFetchRequest(
    data,
    () => true,
    () => true,
    spans,
  ),
)
