import { testComponent } from './component.mjs'

testComponent({
  name: 'vue',
  language: 'vue',
  server: `
    import { createSSRApp } from 'vue'
    import { renderToString } from 'vue/server-renderer'
    import Video from 'component'
    export default (props) => renderToString(createSSRApp(Video, props))
  `,
})
