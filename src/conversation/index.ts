export { createConversation } from './conversation.ts';
export { conversationCollections } from './conversations.store.ts';
export { answersMenuKey } from './words.ts';
