export { createConversation } from './conversation.ts';
export { conversationCollections } from './conversations.store.ts';
