import { testComponent } from './component.mjs'

testComponent({
  name: 'svelte',
  language: 'svelte',
  server: `
    import { render } from 'svelte/server'
    import Video from 'component'
    export default (props) => render(Video, { props }).body
  `,
})
