import type { TestService } from 'imagine-x402/testing'
import cover from '../../sandbox/media/cover.jpg?url'
import video from '../../sandbox/media/video.mp4?url'
import { ledger, type MockTask } from './mock-ledger'
import type { MockScenario, Terms } from './mock-scenarios'

const QUEUED_MS = 2500
const MADE_MS = 13_000

/**
 * Puts the test service of `imagine-x402/testing` behind the page: it prices, checks what was signed and takes a
 * payment once. What is added here is time (its jobs are done at once), a video that can be seen, a memory, and what
 * the scenario bends.
 */
export function openMockService(service: TestService, scenario: () => MockScenario | undefined): void {
  service.payments.push(...ledger.read().payments)
  service.install()
  const inner = globalThis.fetch

  globalThis.fetch = async (input, init) => {
    const address = input instanceof Request ? input.url : String(input)
    if (!address.startsWith(`${service.baseUrl}/`)) return inner(input, init)
    const request = new Request(input, init)
    await pause(200)
    const [, taskId] = /\/generation\/([^/]+)\/status$/.exec(address) ?? []
    if (taskId) return tell(ledger.read().tasks[taskId])
    return request.headers.has('x-payment') ? take(request) : price(request)
  }

  async function price(request: Request): Promise<Response> {
    const terms = await inner(request)
    const bent = scenario()?.price
    return bent ? bent((await terms.json()) as Terms) : terms
  }

  async function take(request: Request): Promise<Response> {
    const { fate = 'accept', job } = scenario() ?? {}
    const { seed, prompt } = (await request.clone().json()) as { seed: string; prompt: string }
    const had = service.payments.length
    service.fate = fate
    try {
      return await inner(request)
    } finally {
      const payment = service.payments[had]
      if (payment)
        ledger.add(seed, { startedAt: Date.now(), prompt, fails: fate === 'fail', ...(job && { job }) }, payment)
    }
  }
}

function tell(task: MockTask | undefined): Response {
  if (!task || task.job === 'missing') return Response.json({ status: 'not_found' }, { status: 404 })
  const age = Date.now() - task.startedAt
  if (age < QUEUED_MS) return Response.json({ status: 'queued' }, { status: 202 })
  const share = (age - QUEUED_MS) / (MADE_MS - QUEUED_MS)
  if (task.job === 'endless') return Response.json({ status: 'processing', progress: 30 }, { status: 202 })
  if (share < 1)
    return Response.json(
      { status: 'processing', ...(!task.job && { progress: Math.floor(share * 100) }) },
      { status: 202 },
    )
  if (task.fails) return Response.json({ status: 'failed', error: 'The model gave up on this prompt' }, { status: 500 })
  return Response.json({ status: 'completed', result: result(task) })
}

const absolute = (url: string) => new URL(url, location.href).href

function result({ prompt, startedAt }: MockTask): object {
  return {
    generation: {
      text: `A sample in the place of: ${prompt}`,
      video: { url: absolute(video) },
      image: absolute(cover),
      templateName: 'video',
    },
    templateData: { soraVideoId: `video_${startedAt.toString(36)}` },
  }
}

/** As long as a network takes. */
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
