/** The way between provider and background, in the shape both of Rainbow's ends expect. Messages cross it as copies. */
export function createTransport() {
  const meta = { sender: { url: location.href, tab: { id: 1 } } }
  let listen
  const listening = new Promise((resolve) => {
    listen = resolve
  })

  return {
    log: [],
    async reply(callback) {
      listen(callback)
    },
    async send(payload) {
      const request = structuredClone(payload)
      this.log.push({ method: request.method, params: request.params })
      const answer = await listening
      return structuredClone(await answer(request, { ...meta, id: request.id }))
    },
  }
}
