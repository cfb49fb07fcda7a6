import '../wechat/index.ts';
export {};
