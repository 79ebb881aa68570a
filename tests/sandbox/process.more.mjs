import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANSWERS } from '../../sandbox/answers.mjs'
import { FAULTS } from '../../sandbox/faults.mjs'
import { startSandbox } from '../../sandbox/sandbox.mjs'
import { DIALECTS, create2, sign2 } from './buyer2.mjs'
import { alive, descendants, launch, programOf } from './processes.mjs'
import { until } from './until.mjs'

const KEYS = ['ready', 'apiUrl', 'rpcUrl', 'chainId', 'token', 'payTo', 'payer', 'controlUrl']

/** Starts the command line, waits for its line, and sees to it that the test leaves nothing behind. */
async function up(t, args, options) {
  const cli = launch(args, options)
  let children = []
  t.after(() => {
    for (const pid of [cli.pid, ...children].filter(alive)) process.kill(pid, 'SIGKILL')
  })
  let ended
  cli.ended.then((how) => {
    ended = how
  })
  await until('the sandbox is ready', () => {
    assert.equal(ended, undefined, cli.output.stderr)
    return cli.output.stdout.includes('\n')
  })
  children = descendants(cli.pid)
  assert.ok(
    children.some((pid) => programOf(pid).startsWith('anvil')),
    'anvil is one of the processes',
  )
  return { ...cli, children }
}

const gone = (pids) => until('all processes are gone', () => !pids.some(alive))

test('one line of JSON tells all, and SIGTERM ends all', async (t) => {
  const cli = await up(t, ['--price', '0.25', '--step-ms', '50', '--chain-id', '84532'])
  const line = JSON.parse(cli.output.stdout)
  assert.deepEqual(Object.keys(line), KEYS)
  assert.equal(line.ready, true)
  assert.equal(line.chainId, 84532)
  assert.match(line.payer.privateKey, /^0x[0-9a-f]{64}$/)
  for (const url of [line.apiUrl, line.rpcUrl, line.controlUrl]) assert.equal(new URL(url).hostname, '127.0.0.1')
  const response = await fetch(`${line.apiUrl}/generation/create`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"prompt":"a cat"}',
  })
  assert.equal((await response.json()).accepts[0].maxAmountRequired, '250000')

  cli.child.kill('SIGTERM')
  assert.equal(await cli.ended, 0)
  await gone(cli.children)
  assert.equal(cli.output.stdout.trimEnd().split('\n').length, 1, 'nothing but the line on stdout')
})

for (const signal of ['SIGINT', 'SIGHUP']) {
  test(`${signal} ends all`, async (t) => {
    const cli = await up(t)
    cli.child.kill(signal)
    assert.equal(await cli.ended, 0)
    await gone(cli.children)
  })
}

test('SIGKILL leaves no process behind', async (t) => {
  const cli = await up(t)
  cli.child.kill('SIGKILL')
  assert.equal(await cli.ended, 'SIGKILL')
  await gone(cli.children)
})

test('an npm that was killed takes the sandbox along', async (t) => {
  const cli = await up(t, [], { command: ['npm', 'run', '--silent', 'sandbox'] })
  cli.child.kill('SIGKILL')
  await gone(cli.children)
})

test('when anvil dies, so does the sandbox, and says why', async (t) => {
  const cli = await up(t)
  process.kill(
    cli.children.find((pid) => programOf(pid).startsWith('anvil')),
    'SIGKILL',
  )
  assert.equal(await cli.ended, 1)
  assert.match(cli.output.stderr, /anvil ended \(SIGKILL\)/)
  await gone(cli.children)
})

test("when anvil's guard dies, so does the sandbox", async (t) => {
  const cli = await up(t)
  process.kill(
    cli.children.find((pid) => programOf(pid) === 'sh'),
    'SIGKILL',
  )
  assert.equal(await cli.ended, 1)
  await gone(cli.children)
})

test('an anvil that cannot start is reported', async () => {
  const cli = launch([], { env: { ANVIL: '/nowhere/anvil' } })
  assert.equal(await cli.ended, 1)
  assert.match(cli.output.stderr, /\/nowhere\/anvil/)
  assert.equal(cli.output.stdout, '')
})

test('a fault can be given on the command line', async (t) => {
  const cli = await up(t, ['--fault', 'probe-500'])
  const { apiUrl, controlUrl } = JSON.parse(cli.output.stdout)
  assert.equal((await fetch(`${apiUrl}/generation/create`, { method: 'POST' })).status, 500)
  assert.equal((await (await fetch(`${controlUrl}/faults`)).json()).current.fault, 'probe-500')
  cli.child.kill('SIGTERM')
  await gone(cli.children)
})

test('answers can be given on the command line', async (t) => {
  const cli = await up(t, ['--answers', 'video-json'])
  const { controlUrl } = JSON.parse(cli.output.stdout)
  assert.equal((await (await fetch(`${controlUrl}/answers`)).json()).current, 'video-json')
  cli.child.kill('SIGTERM')
  await gone(cli.children)
})

test('the version can be given on the command line', async (t) => {
  const cli = await up(t, ['--x402', 'hybrid'])
  const { apiUrl } = JSON.parse(cli.output.stdout)
  const response = await fetch(`${apiUrl}/generation/create`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"prompt":"a cat"}',
  })
  assert.equal((await response.json()).x402Version, 2)
  cli.child.kill('SIGTERM')
  await gone(cli.children)
})

test('a facilitator that has never reached the chain refuses, and goes on', async (t) => {
  const cli = await up(t, ['--x402', '2', '--fault', 'chain-down'])
  const sandbox = JSON.parse(cli.output.stdout)
  const buy = async () => {
    const { terms } = await DIALECTS[2].offer(sandbox, { prompt: 'a cat' })
    return create2(sandbox, { prompt: 'a cat' }, (await sign2(sandbox, sandbox.payer, terms)).header)
  }
  assert.equal((await buy()).status, 402)
  await fetch(`${sandbox.controlUrl}/fault`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{"fault":null}',
  })
  assert.equal((await buy()).status, 202)
  cli.child.kill('SIGTERM')
  assert.equal(await cli.ended, 0)
})

test('bad options are refused before anything starts', async () => {
  const cases = [
    ['--price', 'free'],
    ['--price', '1,50'],
    ['--price', '0'],
    ['--price', '-1'],
    ['--price', '1e3'],
    ['--price', '0.0000001'],
    ['--step-ms', '0'],
    ['--step-ms', '1.5'],
    ['--step-ms', 'soon'],
    ['--chain-id', '1'],
    ['--chain-id', 'base'],
    ['--x402', '3'],
    ['--token', 'dai'],
    ['--token', 'eurc', '--chain-id', '84532'],
    ['--x402', 'none'],
    ['--x402'],
    ['--fail=yes'],
    ['--unknown'],
    ['extra'],
    ['--fault', 'nonsense'],
    ['--fault'],
    ['--answers', 'nonsense'],
    ['--answers'],
    ['--json-limit', '0'],
    ['--json-limit', 'much'],
    ['--chain-ahead-s', 'late'],
  ]
  await Promise.all(
    cases.map(async (args) => {
      const cli = launch(args)
      assert.equal(await cli.ended, 2, args.join(' '))
      assert.equal(cli.output.stdout, '')
      assert.match(cli.output.stderr, /Usage:/)
    }),
  )
  await assert.rejects(startSandbox({ price: 'free' }), /price/)
  await assert.rejects(startSandbox({ stepMs: 0 }), /step-ms/)
  await assert.rejects(startSandbox({ chainId: 1 }), /chain id/)
})

test('help is help', async () => {
  const cli = launch(['--help'])
  assert.equal(await cli.ended, 0)
  assert.match(
    cli.output.stdout,
    /--price[\s\S]*--step-ms[\s\S]*--fail[\s\S]*--chain-id[\s\S]*--x402[\s\S]*--fault[\s\S]*--answers[\s\S]*--json-limit[\s\S]*--chain-ahead-s/,
  )
  for (const [name, { says }] of Object.entries({ ...FAULTS, ...ANSWERS }))
    assert.ok(cli.output.stdout.includes(`  ${name.padEnd(22)} ${says}\n`), name)
})

test('stop ends everything, and may be called again', async () => {
  const sandbox = await startSandbox()
  const children = descendants(process.pid)
  await Promise.all([sandbox.stop(), sandbox.stop()])
  await sandbox.stop()
  await gone(children)
  const { apiUrl, rpcUrl, mediaUrl, controlUrl, stranger } = sandbox
  for (const url of [apiUrl, rpcUrl, mediaUrl, controlUrl, stranger.url]) await assert.rejects(fetch(url))
})

test('several sandboxes live side by side', async () => {
  const [one, other] = await Promise.all([startSandbox(), startSandbox()])
  try {
    assert.equal(new Set([one, other].flatMap(({ apiUrl, rpcUrl, mediaUrl }) => [apiUrl, rpcUrl, mediaUrl])).size, 6)
    await one.stop()
    assert.equal(await other.balanceOf(other.payer.address), 1_000_000_000n)
  } finally {
    await Promise.all([one.stop(), other.stop()])
  }
})
