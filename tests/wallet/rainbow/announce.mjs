const ICON = 'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"/%3E'

/** EIP-6963; the extension does it through a package of its own. */
export function announceProvider({ name, rdns }, provider) {
  const info = { uuid: crypto.randomUUID(), name, icon: ICON, rdns }
  const detail = Object.freeze({ info, provider })
  const announce = () => dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }))
  addEventListener('eip6963:requestProvider', announce)
  announce()
}
