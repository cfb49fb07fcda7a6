export { type FrozenArticle, type FrozenContent, frozenHash, pushTitle } from './approved.ts';
export type { ExactArticle } from './ports.ts';
export {
  bodyImageIds,
  checkBodyLength,
  coverOf,
  draftArticle,
  imageBytes,
  imageName,
  textContent,
  withImagesAt,
} from './wechat/draft.ts';
