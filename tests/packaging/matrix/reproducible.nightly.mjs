// The same bytes from another folder: whoever builds a version can tell whether the published one was made of it.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { ROOT } from '../../browser/package.mjs'

const folder = mkdtempSync(path.join(tmpdir(), 'imagine-x402-again-'))
after(() => rmSync(folder, { recursive: true }))

const digests = (dist) =>
  Object.fromEntries(
    readdirSync(dist)
      .sort()
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(path.join(dist, name)))
          .digest('hex'),
      ]),
  )

test('two builds in different folders are identical', { timeout: 900_000 }, () => {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
    .split('\0')
    .filter(Boolean)
  for (const file of files) cpSync(path.join(ROOT, file), path.join(folder, file))
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'))
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.mjs'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, CARGO_TARGET_DIR: undefined },
  })
  assert.equal(status, 0, stderr)
  const there = digests(path.join(folder, 'dist'))
  assert.ok('core.wasm' in there && 'index.js' in there)
  assert.deepEqual(there, digests(path.join(ROOT, 'dist')))
})
