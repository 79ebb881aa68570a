import { planReturns } from './jobs.mjs'

const LEAVES_AFTER_MS = 10_000
const until = (time) => new Promise((resolve) => setTimeout(resolve, time - Date.now()))

/**
 * Chromium grants the timers of a hidden page one hundredth of a processor: with many more tasks on one page they would
 * all be held back, which no visitor with a task or two ever meets.
 */
const HIDDEN_TASKS_A_PAGE = 25
const TASKS_A_PAGE = 200

/** Were all tasks in every scenario, two processors would have too much to do. */
const HIDDEN_SHARE = 1 / 4

const many = (tasks, each, visitor) => Array.from({ length: Math.ceil(tasks / each) }, () => visitor)
const stay = async () => {}

/**
 * How visitors spend the time: what is to be seen of the page, and what they do. `share` of all tasks are watched so,
 * and each visitor has a page with some of them.
 */
export const SCENARIOS = {
  visible: {
    says: 'the page is in front all the time',
    share: 1,
    visitors: (tasks) => many(tasks, TASKS_A_PAGE, { sights: ['visible'], live: stay }),
  },
  hidden: {
    says: 'another tab is in front all the time',
    share: HIDDEN_SHARE,
    visitors: (tasks) => many(tasks, HIDDEN_TASKS_A_PAGE, { sights: ['hidden'], live: stay }),
  },
  returning: {
    says: `the visitor looks at another tab after ${LEAVES_AFTER_MS / 1000} s, and comes back for good after one to three minutes, each at a time of their own`,
    share: HIDDEN_SHARE,
    visitors: (tasks) =>
      planReturns(Math.ceil(tasks / HIDDEN_TASKS_A_PAGE)).map((returns) => ({
        sights: ['visible', 'hidden', 'visible'],
        async live(tab, begun) {
          await until(begun + LEAVES_AFTER_MS)
          await tab.hide()
          await until(begun + returns)
          await tab.show()
        },
      })),
  },
}
