import type { CardArticle } from '../contract.ts';
import type { DraftArticle } from '../drafts.ts';
import type { World } from '../world.ts';

/** Publishes the articles of a draft as pages and gives the cards that lead to them. */
export function cardsOf(world: World, articles: readonly DraftArticle[]): CardArticle[] {
  return articles.map((article) => {
    const page = world.addPage({
      title: article.title,
      author: article.author,
      content: article.content,
      sourceUrl: article.content_source_url,
    });
    const thumb = world.media.get(article.thumb_media_id);
    return {
      title: article.title,
      description: article.digest,
      picUrl: thumb === undefined ? '' : `${world.site.url}${world.media.pathOf(thumb)}`,
      url: `${world.site.url}/s/${page.slug}`,
      sourceUrl: article.content_source_url,
    };
  });
}
