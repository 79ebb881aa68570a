import { createClient, type Generation, type Quote } from 'imagine-x402'
import { button, byId, el, say } from './dom'
import { hideTrouble, showTrouble, toTrouble, type Trouble } from './error-card'
import { PriceButton } from './price-button'
import { hideReceipt, showReceipt } from './receipt'
import { requestForm } from './request-form'
import { hideResult, showResult } from './result'
import { endRun, hear, startRun } from './run-panel'
import { clientConfig, findSandbox } from './sandbox'
import { watch, type Watched } from './watch'
import { WalletPicker } from './wallet-picker'

const sandbox = await findSandbox()
const client = createClient(clientConfig(sandbox))
const form = requestForm(() => price.changed())
const price = new PriceButton(client, form, followFree)
const wallets = new WalletPicker(client, sandbox)
const generate = byId('generate', HTMLButtonElement)
const welcome = byId('welcome', HTMLElement)
const unfinished = byId('unfinished', HTMLElement)

if (sandbox) {
  const { announceDevWallet } = await import('./dev-wallet')
  announceDevWallet(sandbox, () => byId('ask', HTMLInputElement).checked)
  form.suggest()
}
showNetwork()
price.changed()
generate.addEventListener('click', () => void buy())
void wallets.look()
offerUnfinished().catch(() => {}) // a browser that stores nothing has nothing to offer

async function buy(): Promise<void> {
  if (!form.report()) return
  const wallet = wallets.chosen
  if (!wallet) return wallets.ask()
  const quote = await price.take()
  if (!quote) return
  const maxPrice = form.maxPrice()
  let sent = false
  await run({}, (signal) => client.generate(quote, {
    wallet, maxPrice, signal,
    onEvent(event) {
      sent ||= event.type === 'paying'
      hear(event)
    },
  }), (error) => {
    const trouble = toTrouble(error, sent ? { paid: 'unknown', retry: 'resume' } : { paid: 'no', retry: 'safe' })
    // Where the service's own id got lost, the id of the request finds the task.
    return { ...trouble, taskId: trouble.taskId ?? (trouble.paid === 'no' ? undefined : quote.request.id) }
  })
}

/** The service may take a request without asking for money: then that job is shown, and no price. */
function followFree(quote: Quote): void {
  const taskId = quote.accepted?.taskId ?? quote.accepted?.id
  if (taskId) void look({ taskId, paid: 'no' })
}

/** Takes a purchase up again; a task that the journal does not have is only watched. */
function look(watched: Watched): Promise<void> {
  const pollInterval = sandbox ? 2000 : 15_000
  const job = async (signal: AbortSignal) => {
    const task = await client.resume(watched.taskId, { signal, onEvent: hear })
    return task ? task.wait({ signal, onEvent: hear, pollInterval }) : watch(client, watched, signal, pollInterval)
  }
  return run({ paid: watched.paid !== 'no', from: 'queue' }, job, (error) => {
    const trouble = toTrouble(error, { paid: watched.paid, retry: 'resume' })
    return { ...trouble, taskId: trouble.taskId ?? watched.taskId, receipt: trouble.receipt ?? watched.receipt }
  })
}

/** What an earlier visit paid for, or perhaps paid for, and did not see the end of. */
async function offerUnfinished(): Promise<void> {
  const [task] = await client.tasks({ unfinished: true, limit: 1 })
  const isOurs = task && task.baseUrl === (sandbox?.apiUrl ?? task.baseUrl)
  if (!isOurs) return
  const { id, taskId = id, paid, receipt, prompt } = task
  const show = () => {
    unfinished.hidden = true
    void look({ taskId, paid, receipt })
  }
  unfinished.replaceChildren(el('p', {}, `Your earlier video is not finished here yet: “${prompt}”`), button('Continue: nothing new is paid', show, 'primary'))
  unfinished.hidden = false
}

/** One run at a time: the form is locked, the panel tells the steps, and at the end there is a result or a card. */
async function run(
  panel: Parameters<typeof startRun>[0],
  job: (signal: AbortSignal) => Promise<Generation | Trouble>,
  explain: (error: unknown) => Trouble,
): Promise<void> {
  welcome.hidden = true
  unfinished.hidden = true
  hideTrouble()
  hideResult()
  hideReceipt()
  price.start()
  form.lock(true)
  const outcome = await job(startRun(panel)).catch(explain)
  form.lock(false)
  price.end()
  endRun('code' in outcome ? 'stopped' : 'ready')
  if ('code' in outcome) fail(outcome)
  else succeed(outcome)
}

function succeed(result: Generation): void {
  if (result.receipt) showReceipt(result.receipt, sandbox !== null)
  say('Your video is ready.')
  showResult(result, (id) => form.remix(id))
}

function fail(trouble: Trouble): void {
  const { paid, receipt } = trouble
  if (receipt) showReceipt(receipt, sandbox !== null)
  showTrouble(trouble, {
    tryAgain,
    buyAgain: () => generate.focus(),
    checkAgain: (taskId) => void look({ taskId, paid, receipt }),
  })
}

/** With a price on the button this buys; without one it leads to the button, so that nothing is paid unseen. */
function tryAgain(): void {
  generate.focus()
  void buy()
}

function showNetwork(): void {
  const pill = byId('network', HTMLElement)
  pill.textContent = sandbox ? 'Local sandbox' : 'Base'
  pill.title = sandbox ? 'A local chain on this machine; its money is worthless.' : 'Real USDC on Base.'
  pill.hidden = false
  document.documentElement.dataset['network'] = sandbox ? 'sandbox' : 'base'
}
