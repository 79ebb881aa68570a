// Sessions of the official client with the server, over its stdin and stdout.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { ElicitRequestSchema, LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { ROOT } from '../browser/package.mjs'

const CLI = join(ROOT, 'dist', 'cli.js')

/** How the server is started against a sandbox, and with whose key in its environment. */
export function startOf(sandbox, folder, { args = ['--budget', '10/day'], key = sandbox.payer.privateKey } = {}) {
  const { rpcUrl, apiUrl, chainId } = sandbox
  const where = ['--folder', folder, '--rpc', rpcUrl, '--service', apiUrl, '--chain', String(chainId)]
  const { IMAGINE_PRIVATE_KEY: _, ...env } = process.env
  return { args: [CLI, 'mcp', ...args, ...where], env: { ...env, IMAGINE_PRIVATE_KEY: key } }
}

/**
 * Opens a session. `answer` is how the user answers when asked to pay; without it, the client cannot ask. `messages`
 * has all that went over the wire, `logs` what the server has logged, `asked` what the user was asked.
 */
export async function openSession(sandbox, folder, { answer, ...start } = {}) {
  const started = startOf(sandbox, folder, start)
  const transport = new StdioClientTransport({ command: process.execPath, ...started, cwd: ROOT, stderr: 'pipe' })
  let stderr = ''
  transport.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
  const client = new Client(
    { name: 'tests', version: '1' },
    { capabilities: answer ? { elicitation: { form: {} } } : {} },
  )
  const [logs, asked, errors, messages] = [[], [], [], []]
  client.onerror = (error) => errors.push(error)
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    logs.push(params.data)
  })
  if (answer)
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      asked.push(params.message)
      return answer(params)
    })
  record(transport, messages)
  await client.connect(transport)
  const close = async () => {
    await client.close()
    const all = JSON.stringify(messages) + stderr
    const key = started.env.IMAGINE_PRIVATE_KEY.slice(2)
    assert.ok(!all.toLowerCase().includes(key.toLowerCase()), 'the key was shown')
    assert.deepEqual(errors, [], 'something other than the protocol was on stdout')
  }
  /** Calls a tool; `options` are those of the official client. */
  const call = async (name, given = {}, options) => {
    const { structuredContent, content, isError } = await client.callTool(
      { name, arguments: given },
      undefined,
      options,
    )
    assert.deepEqual(JSON.parse(content[0].text), structuredContent, 'text and structure are the same')
    assert.equal(isError ?? false, 'error' in structuredContent)
    assert.match(structuredContent.paid, /^(no|yes|unknown)$/)
    assert.ok(structuredContent.next)
    return structuredContent
  }
  const kill = async () => {
    const gone = new Promise((resolve) => (client.onclose = resolve))
    process.kill(transport.pid, 'SIGKILL')
    await gone
  }
  return { client, transport, call, kill, close, logs, asked, messages }
}

/** Keeps what goes over the wire. */
function record(transport, messages) {
  const send = transport.send.bind(transport)
  transport.send = (message) => {
    messages.push({ from: 'client', message })
    return send(message)
  }
  let heard
  Object.defineProperty(transport, 'onmessage', {
    get: () => heard,
    set: (listener) => {
      heard = (message, extra) => {
        messages.push({ from: 'server', message })
        listener(message, extra)
      }
    },
  })
}
