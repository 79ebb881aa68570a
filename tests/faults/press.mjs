const ORDER = JSON.stringify({ prompt: 'a cat surfs' })

/** One call as an app makes it when its button is pressed, in words. */
export async function press(apiUrl, pay, signal) {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: ORDER, signal }
  try {
    return await describe(await pay(`${apiUrl}/generation/create`, request))
  } catch (error) {
    return `throws ${error.name}: ${error.message}`
  }
}

async function describe(response) {
  const text = await response.text()
  const { taskId, error } = parsed(text) ?? { error: text }
  return taskId ? `${response.status} with a task, ${receipt(response)}` : `${response.status}: ${error}`
}

function receipt(response) {
  const header = response.headers.get('x-payment-response')
  if (!header) return 'no receipt'
  return parsed(Buffer.from(header, 'base64'))?.success ? 'a receipt' : 'a receipt that cannot be read'
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
