import { button, el } from './dom'

interface Question {
  title: string
  text: string
  yes: string
  no: string
}

/** Asks in a dialog. Escape means no, and no is what has the focus. */
export function ask({ title, text, yes, no }: Question): Promise<boolean> {
  const heading = el('h2', { id: 'question-title' }, title)
  const words = el('p', { id: 'question-text' }, text)
  const dialog = el('dialog', { id: 'question', 'aria-labelledby': heading.id, 'aria-describedby': words.id })
  const refuse = button(no, () => dialog.close('no'), 'quiet')
  refuse.autofocus = true
  const agree = button(yes, () => dialog.close('yes'), 'primary')
  dialog.append(heading, words, el('div', { class: 'row' }, refuse, agree))
  document.body.append(dialog)
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove()
      resolve(dialog.returnValue === 'yes')
    })
  })
}
