import 'wechat-api';
import '../kernel/index.ts';
export {};
