import { mount, unmount } from 'svelte'
import Video from 'component'

/** Shows the component; gives the function that takes it away. */
globalThis.show = (props, target) => {
  const component = mount(Video, { target, props })
  return () => unmount(component)
}
