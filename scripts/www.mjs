/**
 * `npm run build:www`: the page as plain files in `build/www`, for any static host. It opens with play money; `?live`
 * pays for real.
 */
import path from 'node:path'
import { root, runScript, setup } from './setup.mjs'

await runScript(async () => {
  await setup({ rust: true, npm: true })
  // Imported only now: these need what set-up installs.
  const { build } = await import('./build.mjs')
  const { buildPage } = await import('../www/build.mjs')
  await build()
  const dir = await buildPage()
  console.log(`\n  The page is in ${path.relative(root, dir)}: put the folder on any static host.\n`)
})
