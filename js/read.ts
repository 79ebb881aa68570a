/** The text of an answer, as far as it goes within so many bytes. What is longer is cut off, and the rest is not fetched. */
export async function read(response: Response, most: number): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return response.text()
  const decoder = new TextDecoder()
  let text = ''
  for (let left = most; ;) {
    const { done, value } = await reader.read()
    if (done || left < value.length) {
      void reader.cancel().catch(() => {})
      return text + decoder.decode()
    }
    left -= value.length
    text += decoder.decode(value, { stream: true })
  }
}
