import { el } from '../ui/dom'

const PARTS =
  /('(?:\\.|[^'\\\n])*'|"(?:[^"\n])*"|`(?:\\.|[^`\\])*`)|(\/\/[^\n]*)|\b(import|from|const|let|await|async|function|return|export|if|else|then|new)\b|(\b\d+(?:\.\d+)?\b)|(<\/?[\w-]+)/g
const KINDS = ['string', 'comment', 'keyword', 'number', 'tag']

/** Strings, words and tags in their colours, as text nodes. */
export function highlight(code: string): Node[] {
  const nodes: Node[] = []
  let at = 0
  for (const match of code.matchAll(PARTS)) {
    const kind = KINDS[match.slice(1).findIndex((part) => part !== undefined)]
    nodes.push(document.createTextNode(code.slice(at, match.index)), el('span', { class: `c-${kind}` }, match[0]))
    at = match.index + match[0].length
  }
  return [...nodes, document.createTextNode(code.slice(at))]
}
