import type { FreeQuote, Generation, ImagineEvent, Task, TaskRecord } from 'imagine-x402'
import { Connection } from './connection'
import type { Values } from './develop/code'
import { Panes } from './develop/panes'
import { showRehearsal } from './develop/rehearsal-panel'
import { Limits } from './form/limits'
import { PriceButton } from './form/price-button'
import { requestForm } from './form/request-form'
import { confirmToken } from './form/token-dialog'
import { History } from './history/history'
import { hideUnfinished, offerUnfinished } from './history/resume-banner'
import type { Mode } from './mode/mode'
import { hideTrouble, isTroubleShown, showTrouble } from './outcome/error-card'
import { hideReceipt, showReceipt } from './outcome/receipt'
import type { Remedies } from './outcome/remedy'
import { hideResult, showResult } from './outcome/result'
import { toTrouble, type Trouble } from './outcome/trouble'
import type { Step } from './run/narrate'
import { RunPanel } from './run/run-panel'
import { watch, type Watched } from './run/watch'
import { ask } from './ui/ask'
import { byId, say } from './ui/dom'
import { isTestWallet } from './mode/test-wallets'
import { WalletPicker } from './wallet/picker'

const generate = byId('generate', HTMLButtonElement)
const budget = byId('budget', HTMLInputElement)
const prompt = byId('prompt', HTMLTextAreaElement)

const USUALLY = { live: 'Usually 1–3 min', sandbox: 'About 10 s here', mock: 'About 15 s here' }

/** The parts of the page, and what passes between them. */
export class Page {
  readonly #mode: Mode
  readonly #connection: Connection
  readonly #form = requestForm(() => this.#formChanged())
  readonly #price: PriceButton
  readonly #limits: Limits
  readonly #wallets: WalletPicker
  readonly #panel: RunPanel
  readonly #history: History
  readonly #panes = new Panes(() => this.#values())
  #bought: Task | undefined
  #running = false
  /** Purchases of which it is not known yet whether they are paid. */
  #unresolved: TaskRecord[] = []
  /** A card about the price goes with the next price. */
  #aboutPrice = false

  constructor(mode: Mode) {
    this.#mode = mode
    this.#connection = new Connection(mode)
    this.#limits = new Limits(this.#connection, () => this.#formChanged())
    this.#price = new PriceButton(this.#connection, this.#form, {
      accepted: (quote) => this.#followFree(quote),
      priced: (quote) => {
        this.#form.describe(quote)
        this.#clearPriceTrouble()
        return this.#limits.warning(quote.price) ?? this.#wallets.account.warning(quote.price)
      },
      failed: (error) => this.#failPrice(error),
    })
    this.#wallets = new WalletPicker(this.#connection)
    this.#panel = new RunPanel(USUALLY[mode.kind], (receipt) => showReceipt(receipt, mode.kind !== 'live'))
    this.#history = new History(
      this.#connection,
      {
        show: (record) => this.#lookAt(record),
        receipt: ({ receipt }) => receipt && this.#showReceipt(receipt),
      },
      (ours) => this.#drawRecords(ours),
    )
  }

  open(): void {
    generate.addEventListener('click', () => void this.#buy())
    if (this.#mode.kind !== 'live') this.#form.suggest()
    this.#price.changed(0)
    void this.#wallets.look()
    void this.#history.refresh()
    if (this.#mode.rehearsal) showRehearsal(this.#mode.rehearsal, () => this.#formChanged())
  }

  #formChanged(): void {
    this.#price?.changed()
    this.#panes?.draw()
  }

  #values(): Values {
    return {
      request: this.#form.read() ?? { prompt: prompt.placeholder },
      maxPrice: this.#limits.cap,
      perDay: budget.value,
    }
  }

  /** Within the click, as long as there is nothing to ask first: wallets may only open a window there. */
  async #buy(take = () => this.#price.take()): Promise<void> {
    if (!this.#form.report()) return
    const { chosen } = this.#wallets
    if (!chosen && (this.#wallets.areSeveral || !(await this.#wallets.onlyOurs()))) return this.#wallets.ask()
    const [unresolved] = this.#unresolved
    if (unresolved && !(await anyway(unresolved))) return this.#lookAt(unresolved)
    if (chosen && this.#mode.payer && !isTestWallet(chosen) && !(await this.#mayPay(this.#mode.payer))) return
    const quote = await take()
    if (!quote) return
    let sent = false
    const onEvent = (event: ImagineEvent) => {
      sent ||= event.type === 'paying'
      this.#hear(event)
    }
    await this.#run(
      {},
      async (signal) => {
        const task = await this.#connection.client.submit(quote, {
          ...(chosen && { wallet: chosen }),
          ...(quote.request.autoClank && { confirm: confirmToken }),
          maxPrice: this.#limits.cap,
          signal,
          onEvent,
        })
        const result = await task.wait({ signal, onEvent })
        this.#followReceipt(task)
        return result
      },
      (error) => {
        const trouble = toTrouble(error, sent ? { paid: 'unknown', retry: 'resume' } : { paid: 'no', retry: 'safe' })
        // Where the service's own id got lost, the id of the request finds the task.
        return { ...trouble, taskId: trouble.taskId ?? (trouble.paid === 'no' ? undefined : quote.request.id) }
      },
    )
  }

  /** What is signed for the sandbox would be valid on the real chain: an account that may hold real money is asked. */
  async #mayPay(payer: string): Promise<boolean> {
    const address = await this.#wallets.account.address()
    if (!address || address.toLowerCase() === payer.toLowerCase()) return true
    return ask({
      title: 'This account may hold real money',
      text: 'It is not the test account of the sandbox. What you sign here could be used on the real Base network, too.',
      yes: 'Sign with it',
      no: 'Do not sign',
    })
  }

  /** Where the service showed no receipt, the transaction may be found after the video is there. */
  #followReceipt(task: Task): void {
    this.#bought = task
    const { receipt: first } = task
    task.subscribe(({ receipt }) => {
      if (receipt && receipt !== first && this.#bought === task && !this.#running) this.#showReceipt(receipt)
    })
  }

  readonly #hear = (event: ImagineEvent): void => {
    this.#panes.hear(event)
    this.#panel.hear(event)
    if (event.type === 'connected') void this.#wallets.account.connected(event.address)
    if (event.type === 'accepted') void this.#history.refresh()
  }

  /** The service may take a request without asking for money: then that job is shown, and no price. */
  #followFree({ accepted }: FreeQuote): void {
    void this.#look({ taskId: accepted.taskId ?? accepted.id, paid: 'no' })
  }

  #lookAt({ id, taskId = id, paid, receipt }: TaskRecord): void {
    hideUnfinished()
    void this.#look({ taskId, paid, receipt })
  }

  /** Takes a purchase up again; a task that the journal does not have is only watched. */
  #look(watched: Watched): Promise<void> {
    if (this.#running) return Promise.resolve()
    const { client } = this.#connection
    const pollInterval = this.#mode.config.pollInterval ?? 15_000
    const job = async (signal: AbortSignal) => {
      const task = await client.resume(watched.taskId, { signal, onEvent: this.#hear })
      return task
        ? task.wait({ signal, onEvent: this.#hear, pollInterval })
        : watch(client, watched, signal, pollInterval, this.#panel)
    }
    return this.#run({ paid: watched.paid !== 'no', from: 'queue' }, job, (error) => {
      const trouble = toTrouble(error, { paid: watched.paid, retry: 'resume' })
      return { ...trouble, taskId: trouble.taskId ?? watched.taskId, receipt: trouble.receipt ?? watched.receipt }
    })
  }

  /** One run at a time: the form is locked, the panel tells the steps, and at the end there is a result or a card. */
  async #run(
    start: { paid?: boolean; from?: Step },
    job: (signal: AbortSignal) => Promise<Generation | Trouble>,
    explain: (error: unknown) => Trouble,
  ): Promise<void> {
    this.#running = true
    this.#aboutPrice = false
    hideUnfinished()
    hideTrouble()
    hideResult()
    hideReceipt()
    this.#panes.clear()
    this.#price.start()
    this.#form.lock(true)
    const outcome = await job(this.#panel.start(start)).catch(explain)
    this.#running = false
    this.#form.lock(false)
    this.#panel.end('code' in outcome ? 'stopped' : 'ready')
    if ('code' in outcome) this.#fail(outcome)
    else this.#succeed(outcome)
    this.#price.end()
    void this.#history.refresh()
    void this.#wallets.account.refresh()
  }

  #succeed(result: Generation): void {
    this.#history.keep(result)
    showResult(result, (id) => this.#form.remix(id))
    if (result.receipt) this.#showReceipt(result.receipt)
    say('Your video is ready.')
  }

  #fail(trouble: Trouble): void {
    if (trouble.receipt) this.#showReceipt(trouble.receipt)
    showTrouble(trouble, this.#remedies(trouble))
  }

  /**
   * While somebody types the price fails by itself: that takes no focus away, and never the place of what a purchase
   * came to.
   */
  #failPrice(error: unknown): void {
    if (this.#running || (isTroubleShown() && !this.#aboutPrice)) return
    this.#aboutPrice = true
    const trouble = toTrouble(error, { paid: 'no', retry: 'safe' })
    showTrouble({ ...trouble, stage: 'quote' }, this.#remedies(trouble), { focus: false })
  }

  #clearPriceTrouble(): void {
    if (!this.#aboutPrice) return
    this.#aboutPrice = false
    hideTrouble()
  }

  #showReceipt(receipt: NonNullable<Generation['receipt']>): void {
    showReceipt(receipt, this.#mode.kind !== 'live')
  }

  #remedies({ paid, receipt }: Trouble): Remedies {
    return {
      // With a price on the button this buys; without one it leads to the button, so that nothing is paid unseen.
      tryAgain: () => {
        generate.focus()
        void this.#buy(() => this.#price.takeAgain())
      },
      buyAgain: () => generate.focus(),
      checkAgain: (taskId) => void this.#look({ taskId, paid, receipt }),
      askPrice: () => void this.#price.ask(),
      lookForWallets: () => void this.#wallets.look().then(() => this.#wallets.ask()),
      chooseWallet: () => this.#wallets.ask(),
      raiseCap: (to) => {
        this.#limits.raise(to)
        this.#formChanged()
        hideTrouble()
        generate.focus()
      },
      changeBudget: () => budget.select(),
      changeRequest: () => prompt.focus(),
      removeImage: () => this.#form.removeImage(),
      copyAddress: (address) =>
        void navigator.clipboard.writeText(address).then(
          () => say('Copied the address.'),
          () => say(`The address is ${address}`),
        ),
      reload: () => location.reload(),
    }
  }

  #drawRecords(ours: TaskRecord[]): void {
    void this.#limits.count()
    this.#unresolved = ours.filter(isUnresolved)
    if (this.#running) return
    void this.#connection.client.tasks({ unfinished: true }).then(
      (records) => {
        const open = records.filter(({ id }) => ours.some((record) => record.id === id))
        if (!this.#running) offerUnfinished(open, (record) => this.#lookAt(record))
      },
      () => {},
    )
  }
}

/** Signed, and not known to be paid. One that this version cannot read is no reason to ask. */
const isUnresolved = ({ step, paid }: TaskRecord): boolean => paid === 'unknown' && step === 'signed'

const anyway = ({ prompt }: TaskRecord): Promise<boolean> =>
  ask({
    title: 'An earlier payment is still being checked',
    text: `It is not known yet whether “${prompt}” was paid. A new video is a payment of its own.`,
    yes: 'Buy another video',
    no: 'Look at the earlier one',
  })
