import { ANSWERS } from './answers.mjs'
import { checkAnswers } from './options.mjs'

/**
 * How the status endpoint words what there is to tell of a task.
 * @param {ReturnType<typeof import('./jobs.mjs').createJobs>} jobs
 * @param {Awaited<ReturnType<typeof import('./media.mjs').startMedia>>['files']} files
 */
export function createWording(jobs, files) {
  let current = null

  /** @param {string | null} name one of `ANSWERS`, or null for the documented answers */
  function set(name) {
    current = name === null ? null : checkAnswers(name)
  }

  /** @returns {{ code: number, headers?: object, body: object }} what the status endpoint answers */
  function status(taskId) {
    const { fails, reshape = (answer) => answer } = ANSWERS[current] ?? {}
    const answer = jobs.status(taskId, fails)
    return reshape(answer, { look: jobs.tasks.get(taskId)?.looks, ...files })
  }

  return { set, current: () => current, status }
}
