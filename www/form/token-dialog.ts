import { byId } from '../ui/dom'

const dialog = byId('token', HTMLDialogElement)

byId('token-no', HTMLButtonElement).addEventListener('click', () => dialog.close('no'))
byId('token-yes', HTMLButtonElement).addEventListener('click', () => dialog.close('yes'))

/** What cannot be undone is asked for once more. */
export function confirmToken(): Promise<boolean> {
  dialog.returnValue = 'no'
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true })
  })
}
