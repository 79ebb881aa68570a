// The oldest Rust that is promised is the one that everything is built and tested with.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { ROOT } from '../browser/package.mjs'

const stated = (file, key) =>
  new RegExp(`^${key} = "(.+)"$`, 'm').exec(readFileSync(path.join(ROOT, file), 'utf8'))?.[1]

test('`rust-version` is the pinned toolchain, which is the one in use', () => {
  const channel = stated('rust-toolchain.toml', 'channel')
  assert.match(channel, /^\d+\.\d+\.\d+$/)
  assert.ok(
    channel.startsWith(`${stated('Cargo.toml', 'rust-version')}.`),
    `${stated('Cargo.toml', 'rust-version')} and ${channel}`,
  )
  const used = execFileSync('rustc', ['--version'], { cwd: ROOT, encoding: 'utf8' })
  assert.equal(used.split(' ')[1], channel)
})
