/** Gives the function that opens a tab which can be put behind another one, as visitors do, and in front again. */
export async function useTabs(browser) {
  const browsing = await browser.newBrowserCDPSession()
  const open = async (url, newWindow) => (await browsing.send('Target.createTarget', { url, newWindow })).targetId
  const windowOf = async (targetId) => (await browsing.send('Browser.getWindowForTarget', { targetId })).windowId
  const front = (targetId) => browsing.send('Target.activateTarget', { targetId })

  // Opened outside of playwright's contexts: it makes its own pages believe that they are always in front.
  return async function openTab(url) {
    const other = await open('about:blank', true)
    const tab = await open(url, false)
    if ((await windowOf(tab)) !== (await windowOf(other))) throw new Error('the two tabs are not in one window')
    return { show: () => front(tab), hide: () => front(other) }
  }
}
