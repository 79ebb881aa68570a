import { createClient, type Generation, type Quote } from 'imagine-x402'
import { byId, say } from './dom'
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

if (sandbox) {
  const { announceDevWallet } = await import('./dev-wallet')
  announceDevWallet(sandbox, () => byId('ask', HTMLInputElement).checked)
  form.suggest()
}
showNetwork()
price.changed()
generate.addEventListener('click', () => void buy())
void wallets.look()

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

function look(watched: Watched): Promise<void> {
  const everyMs = sandbox ? 2000 : 15_000
  return run({ paid: watched.paid !== 'no', from: 'queue' }, (signal) => watch(client, watched, signal, everyMs),
    (error) => ({ ...toTrouble(error, { paid: watched.paid, retry: 'resume' }), ...watched }))
}

/** One run at a time: the form is locked, the panel tells the steps, and at the end there is a result or a card. */
async function run(
  panel: Parameters<typeof startRun>[0],
  job: (signal: AbortSignal) => Promise<Generation | Trouble>,
  explain: (error: unknown) => Trouble,
): Promise<void> {
  welcome.hidden = true
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
