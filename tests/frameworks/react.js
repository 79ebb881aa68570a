import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { Video } from 'component'

/** Shows the component; gives the function that takes it away. */
globalThis.show = (props, place) => {
  const root = createRoot(place)
  root.render(createElement(Video, props))
  return () => root.unmount()
}
