// What the sellers in JavaScript share: the job that they sell, and their settings, which are environment variables.
const { FACILITATOR_URL, PAY_TO, VIDEO_URL, EXPOSED = '' } = process.env

export const facilitatorUrl = FACILITATOR_URL
export const payTo = PAY_TO
export const exposeHeaders = EXPOSED.split(',').filter(Boolean)

/** On Base. */
export const USDC = '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913'

export const CREATE = '/generation/create'
export const STATUS = '/generation/:id/status'

/** Shared by all routes: Next loads each of them as a module of its own. */
globalThis.soldTasks ??= new Set()

/** Starts the job of a paid request, and returns the body of its response. */
export function accept({ seed }) {
  globalThis.soldTasks.add(seed)
  return { taskId: seed }
}

/** Returns the HTTP status and the body that a poll for the task gets. */
export const statusOf = (id) =>
  globalThis.soldTasks.has(id)
    ? [200, { status: 'completed', result: { generation: { video: { url: VIDEO_URL } } } }]
    : [404, { status: 'not_found' }]
