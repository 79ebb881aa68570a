import { randomUUID } from 'node:crypto'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const PROGRESS = [0, 25, 50, 75]
const AGENT = randomUUID()

/** Whether the seller keys a task by such a `seed`; it ignores any other. */
export const isUuid = (seed) => UUID.test(seed)

/**
 * The life of the tasks, told by a clock alone: queued for one step, processing for four, then completed or failed.
 * @param {{ stepMs: number, fail: boolean, isSold?: (model?: string) => boolean, mediaUrl: string, now?: () => number }} options
 */
export function createJobs({ stepMs, fail, isSold = () => true, mediaUrl, now = Date.now }) {
  /** @type {Map<string, object>} */
  const tasks = new Map()

  /** Starts a task and returns its id: the order's seed if that is a UUID not used before, else a fresh one. */
  function start({ seed, prompt, duration, videoModel }) {
    const taskId = isUuid(seed) && !tasks.has(seed) ? seed : randomUUID()
    tasks.set(taskId, {
      prompt,
      duration,
      gone: isSold(videoModel) ? undefined : videoModel,
      startedAt: now(),
      looks: 0,
      soraVideoId: `video_${randomUUID().replaceAll('-', '')}`,
    })
    return taskId
  }

  /** @returns {{ code: number, body: object }} what the status endpoint answers, as it is documented */
  function status(taskId, fails = fail) {
    const task = tasks.get(taskId)
    if (!task) return { code: 404, body: { status: 'not_found' } }
    task.looks += 1
    const step = Math.floor((now() - task.startedAt) / stepMs)
    if (step < 1) return { code: 202, body: { status: 'queued' } }
    if (step <= PROGRESS.length) return { code: 202, body: { status: 'processing', progress: PROGRESS[step - 1] } }
    if (task.gone) return { code: 500, body: { status: 'failed', error: `${task.gone} is no longer available` } }
    if (fails) return { code: 500, body: { status: 'failed', error: 'The video could not be generated' } }
    return { code: 200, body: { status: 'completed', result: result(task) } }
  }

  function result({ prompt, duration, soraVideoId }) {
    return {
      generation: {
        text: `A video of: ${prompt}`,
        image: `${mediaUrl}/cover.jpg`,
        video: { url: `${mediaUrl}/video.mp4` },
        templateName: 'video',
        agentId: AGENT,
      },
      templateData: { duration, soraVideoId },
    }
  }

  return { tasks, start, status }
}
