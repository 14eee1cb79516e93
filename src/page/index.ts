import type { PageData } from '../report/html/page-data.ts'
import { App } from './app.ts'
import { byId } from './dom.ts'

const data: PageData = JSON.parse(byId('data', HTMLScriptElement).textContent ?? '')
new App(data, byId('layout', HTMLScriptElement).textContent ?? '').start()
