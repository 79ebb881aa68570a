/** Where the library looks for the service when nobody tells it where. */
export const SERVICE = 'https://eliza.getimagine.club'

/** Lets the sandbox answer in the place of the service: what is printed runs as it is printed. */
export async function leadToSandbox(page, sandbox) {
  await page.route(`${SERVICE}/**`, async (route) => {
    const request = route.request()
    const url = request.url().replace(SERVICE, sandbox.apiUrl)
    const answer = await fetch(url, { method: request.method(), headers: request.headers(), body: request.postData() })
    await route.fulfill({
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: await answer.text(),
    })
  })
}
