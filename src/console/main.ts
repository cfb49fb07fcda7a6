import 'element-plus/dist/index.css';
import './console.css';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { watchNavigation } from './navigation.ts';
import { createConsoleRouter } from './router.ts';

const app = createApp(App);
app.use(createPinia());
const router = createConsoleRouter();
watchNavigation(router);
app.use(router);
app.mount('#app');
