/**
 * `npm run explore`: plays every course of a purchase with up to three faults in one tab and up to two in two tabs,
 * checks the promises in each, and switches defects on, one at a time, to see that they are found. `cargo test` plays
 * those with fewer faults. It prints states and courses, and which faults were met at which steps.
 */
import { run, runScript, setup } from './setup.mjs'

await runScript(async () => {
  await setup({ rust: true })
  const tests = ['no_course_breaks_a_promise', 'every_defect_is_found']
  run('cargo', ['test', '--locked', '--lib', '--', '--include-ignored', '--nocapture', ...tests])
})
