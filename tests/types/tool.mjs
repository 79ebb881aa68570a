import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ROOT } from '../browser/package.mjs'

/** Runs a script of `node_modules`; fails with all that it said. */
export async function runTool(...args) {
  await promisify(execFile)(process.execPath, args, { cwd: ROOT }).catch(({ stdout, stderr, message }) => {
    throw new Error(`${stdout}${stderr}` || message)
  })
}
