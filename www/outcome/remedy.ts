import type { Trouble } from './trouble'

/** What a card's one button can do. */
export interface Remedies {
  tryAgain(): void
  buyAgain(): void
  checkAgain(taskId: string): void
  askPrice(): void
  lookForWallets(): void
  chooseWallet(): void
  raiseCap(to: string): void
  changeBudget(): void
  changeRequest(): void
  removeImage(): void
  copyAddress(address: string): void
  reload(): void
}

export interface Remedy {
  text: string
  act(): void
  kind: 'primary' | 'quiet'
}

/** The one thing to do about it. What was paid for, or may have been, is only ever looked up again. */
export function remedyFor(trouble: Trouble, can: Remedies): Remedy | null {
  const { code, retry, taskId, stage, details = {} } = trouble
  const primary = (text: string, act: () => void): Remedy => ({ text, act, kind: 'primary' })
  if (retry === 'resume') return taskId ? primary('Check again', () => can.checkAgain(taskId)) : null
  if (retry === 'pays_again') return { text: 'Buy again: a new payment', act: can.buyAgain, kind: 'quiet' }
  switch (code) {
    case 'no_wallet':
      return primary('Look for wallets again', can.lookForWallets)
    case 'wallet_ambiguous':
      return primary('Choose a wallet', can.chooseWallet)
    case 'insufficient_funds':
      return primary('Copy the address to add USDC to', () => can.copyAddress(String(details['address'])))
    case 'price_too_high':
      return primary(`Raise the limit to $${details['price']}`, () => can.raiseCap(String(details['price'])))
    case 'budget_exceeded':
      return primary('Change the limit of the day', can.changeBudget)
    case 'image_unreadable':
      return primary('Remove the image', can.removeImage)
    case 'unsupported_environment':
      return primary('Load the page again', can.reload)
    case 'invalid_request':
      return primary('Change the request', can.changeRequest)
  }
  if (stage === 'quote' || retry === 'never') return primary('Ask for the price again', can.askPrice)
  return primary('Try again', can.tryAgain)
}
