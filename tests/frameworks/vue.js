import { createApp } from 'vue'
import Video from 'component'

/** Shows the component; gives the function that takes it away. */
globalThis.show = (props, place) => {
  const app = createApp(Video, props)
  app.mount(place)
  return () => app.unmount()
}
