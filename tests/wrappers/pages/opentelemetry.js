// What an app sets up for OpenTelemetry.
import { trace } from '@opentelemetry/api'
import { FetchInstrumentation } from '@opentelemetry/instrumentation-fetch'
import { WebTracerProvider } from '@opentelemetry/sdk-trace-web'

new WebTracerProvider().register()
const instrumentation = new FetchInstrumentation({
  measureRequestSize: true,
  // Services that are sent a `traceparent` header, when the page lists them.
  propagateTraceHeaderCorsUrls: globalThis.tracedServices,
})
instrumentation.setTracerProvider(trace.getTracerProvider())
