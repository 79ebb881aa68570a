// Agents in several processes, on disks that fail.
import assert from 'node:assert/strict'
import { readdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { agent, BUY, outcomeOf, sandbox, useSandbox } from './agent.mjs'
import { fileStore, openFolder } from './places.mjs'

useSandbox()

const TIMEOUT = { timeout: 120_000 }

/** Counts what is paid in a test. */
async function counting() {
  const before = (await sandbox.payments()).length
  return async () => (await sandbox.payments()).length - before
}

describe('two agents', TIMEOUT, () => {
  test('that buy under one id at the same time pay once, and both have the video', async () => {
    const [paid, folder] = [await counting(), await openFolder()]
    const request = { id: 'one' }
    const [one, other] = await Promise.all([1, 2].map(() => outcomeOf(agent(BUY, folder, { request }))))
    assert.ok(one.video, JSON.stringify(one))
    assert.deepEqual(other, one)
    assert.equal(await paid(), 1)
  })

  test('with two ids and a budget for one pay once', async () => {
    const [paid, folder] = [await counting(), await openFolder()]
    const limits = { budget: { amount: '1.50', per: 'day' } }
    const buy = (id) => outcomeOf(agent(BUY, folder, { request: { id }, limits }))
    const outcomes = await Promise.all(['a', 'b', 'c'].map(buy))
    assert.equal(outcomes.filter(({ video }) => video).length, 1, JSON.stringify(outcomes))
    const refused = outcomes.filter(({ code }) => code === 'budget_exceeded')
    assert.deepEqual(
      refused.map(({ paid }) => paid),
      ['no', 'no'],
    )
    assert.equal(await paid(), 1)
  })
})

/** Limits the size of the files of a program, in KiB: a write beyond it fails, as on a full disk. */
const withFilesUpTo = (size) => ({ shell: `ulimit -f ${size}` })

describe('a disk', TIMEOUT, () => {
  test('that is full before anything is signed: nothing is paid', async () => {
    const [paid, folder] = [await counting(), await openFolder()]
    const { code, paid: isPaid, retry } = await outcomeOf(agent(BUY, folder, withFilesUpTo(0)))
    assert.deepEqual([code, isPaid, retry], ['unsupported_environment', 'no', 'safe'])
    assert.equal(await paid(), 0)
  })

  test('that is full once the payment is signed: it is not sent, and the record says so', async () => {
    const [paid, folder] = [await counting(), await openFolder()]
    // The record of a purchase with its payment, and a prompt of this length, takes more than the first one.
    const request = { id: 'long', prompt: 'A boat. '.repeat(200) }
    const program = agent(BUY, folder, { request, ...withFilesUpTo(3) })
    const bought = await outcomeOf(program)
    const events = program.lines.flatMap(({ event }) => event ?? [])
    assert.deepEqual([events.includes('signing'), events.includes('paying')], [true, false])
    assert.equal(bought.code, 'unsupported_environment', JSON.stringify(bought))
    assert.equal(bought.paid, 'no')
    assert.equal(await paid(), 0)
    const again = await outcomeOf(agent(BUY, folder, { request }))
    assert.ok(again.video, JSON.stringify(again))
    assert.equal(await paid(), 1)
  })

  test('on which nothing can be created: nothing is paid, and the error has the path', async () => {
    const paid = await counting()
    const folder = await openFolder()
    await writeFile(folder, 'a file in the place of the folder')
    const program = agent(`try { await client.generate(request) } catch (error) { say(error.toJSON()) }`, folder)
    const { code, paid: isPaid, cause } = await outcomeOf(program)
    assert.deepEqual([code, isPaid], ['unsupported_environment', 'no'])
    assert.ok(cause.includes(folder), cause)
    assert.equal(await paid(), 0)
  })
})

describe('a record that was cut off', TIMEOUT, () => {
  test('is never paid for again: it is listed, in nobody’s way, and can be forgotten', async () => {
    const [paid, folder] = [await counting(), await openFolder()]
    const request = { id: 'cut' }
    assert.ok((await outcomeOf(agent(BUY, folder, { request }))).video)
    const [file] = await readdir(join(folder, 'purchases'))
    await truncate(join(folder, 'purchases', file), 100)
    const refused = await outcomeOf(agent(BUY, folder, { request }))
    assert.deepEqual(
      [refused.code, refused.paid, refused.retry, refused.details],
      ['unsupported_environment', 'unknown', 'resume', { id: 'cut' }],
    )
    assert.ok((await outcomeOf(agent(BUY, folder, { request: { id: 'other' } }))).video)
    assert.equal(await paid(), 2)
    const [{ ids, left }] = await (async () => {
      const program = agent(
        `const idsOf = async () => (await client.tasks()).map(({ id }) => id)
        const ids = await idsOf()
        await client.forget('cut')
        say({ ids, left: await idsOf() })`,
        folder,
      )
      await program.over
      return program.lines
    })()
    assert.deepEqual([ids, left], [['other', 'cut'], ['other']])
    assert.equal(await fileStore(folder).read('cut'), undefined)
  })
})

test('a program that has bought ends by itself', TIMEOUT, async () => {
  const program = agent(BUY, await openFolder())
  assert.equal(await program.over, 0)
  assert.ok(program.lines.at(-1).video)
})
