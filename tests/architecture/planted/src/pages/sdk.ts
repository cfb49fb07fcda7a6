import 'wechat-api';
export {};
