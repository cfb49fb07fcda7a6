import { escapeMarkup } from '../kernel/index.ts';
import type { RawAnswer } from '../http/index.ts';
import type { Limits, Town } from '../platform/config/index.ts';
import { page, type PageFrame } from './layout.ts';
import type { Reader } from './reader.ts';

const HEAD = '<nav class="trail" aria-label="位置"><a href="/">首页</a></nav>';

export interface AboutFacts {
  readonly town: Town;
  readonly limits: Limits;
  readonly publicUrl: string;
}

/** Who makes this page, why one may believe it, how to complain, whom to call. */
export function aboutPage(frame: PageFrame, reader: Reader, { town, limits, publicUrl }: AboutFacts): RawAnswer {
  const text = escapeMarkup;
  const call = ({ name, number }: { name: string; number: string }): string =>
    `${text(name)} <a class="next" href="tel:${text(number)}">${text(number)}</a>`;
  const units = town.units.map(({ name }) => text(name)).join('、');
  const { reopenDays } = limits.complaints;
  const body = `${HEAD}<h1>关于“${text(town.account)}”</h1>
<p>这里公开${text(town.county)}${text(town.name)}的政务和村务信息，由${text(town.office)}办。微信公众号“${text(town.account)}”里也能看到。</p>
<h2>为什么可以放心</h2><p>每条信息都由一位分管领导审核同意后才公开，写的人不能审核自己写的。改一个字，也要重新审核。撤回的信息会写明什么时候撤回、为什么。</p>
<h2 id="complain">怎样提诉求</h2><ol>
<li>打开微信公众号“${text(town.account)}”，回复“投诉”，或者点菜单里的“我要投诉”。</li>
<li>按提示一步一步来：选类别、选村，再说事情。不会打字，发语音、照片、视频、位置都行；说完回复“完成”。</li>
<li>回复“确认”，您会收到一个受理号。回复“查询”，随时看办到哪一步。</li>
<li>答复以后，请回复 1 到 5 打分。不满意，${reopenDays} 天内回复“重办”。</li></ol>
<p>不用微信的，请打${call(town.hotline)}，或者到镇政府来说。</p>
<p>举报党员干部：回复“投诉”后选“5 举报”，不用留姓名，只有纪委看得到；也可以打${call(town.disciplineHotline)}。</p>
<p>遇到危险不要等回复，马上打电话：${town.emergencyNumbers.map(call).join('，')}。</p>
<h2>站所</h2><p>${units}</p>${contact(town)}
<h2>看不清楚</h2><p>点右上角的“大字”，字会变大，下次打开还是大字。</p>`;
  return page(frame, reader, {
    title: '关于和怎样提诉求',
    description: `怎样看${town.name}公开的信息，怎样提诉求，找谁。`,
    body,
    share: { url: `${publicUrl}/about`, type: 'website' },
  });
}

function contact({ contact: found }: Town): string {
  if (found === undefined) return '';
  const lines = [
    found.address && `地址：${found.address}`,
    found.hours && `上班时间：${found.hours}`,
    found.phone && `电话：${found.phone}`,
  ].filter((line) => line !== undefined && line !== '');
  return `<h2>在哪里</h2><p>${lines.map((line) => escapeMarkup(String(line))).join('<br>')}</p>`;
}

/** What is kept about residents, how long, who sees it: the truth of docs/privacy.md in plain words. */
export function privacyPage(frame: PageFrame, reader: Reader, { town, limits, publicUrl }: AboutFacts): RawAnswer {
  const days = limits.retentionDays;
  const call = escapeMarkup(town.hotline.number);
  const body = `${HEAD}<h1>隐私：您的信息我们怎么保管</h1>
<h2>只看网页</h2><p>看这些网页不用登录，我们不记您是谁，也不装任何统计。选了“大字”，您的手机会记住这个选择，别的什么都不记。</p>
<h2>关注公众号</h2><p>我们记下您关注了、选了哪个村，为的是把和您村有关的信息发给您。工作人员只看得到人数，看不到名单。取消关注，这些马上删除；没办完的诉求，办完再删。</p>
<h2>您发来的话</h2><p>加密保存，工作人员在后台翻不到。${days.inbox} 天后删去内容和身份。我们发给您的告知，${days.notices} 天后删去。</p>
<h2>您提的诉求</h2><p>文字、照片、语音和位置，由党政办、办理的站所、分管领导和督查人员查看，别人看不到。您留的电话加密保存，列表里只显示前三位和后四位。办结 ${days.complaints} 天后，删去您的身份、电话、照片和语音，只留事情的文字和办理记录。</p>
<p>查看诉求的网址带着密码一样的字，谁拿到谁能看，请不要转发。网址 ${limits.complaints.ticketLinkDays} 天后失效，回复“查询”会给新的。</p>
<h2>举报</h2><p>单独加密保存，只有纪委工作人员能看，每看一次都有记录。可以不留姓名。最后一次答复 ${days.tipoffs} 天后删除。</p>
<h2>您可以要求</h2><p>看一看我们存了您的什么，或者把它删去：请打 <a class="next" href="tel:${call}">${call}</a> 或到${escapeMarkup(town.office)}来，报上受理号。还没办完的诉求，办完再删。</p>
<h2>谁也不给</h2><p>不卖、不借、不给别的单位做别的用；法律要求的除外。</p>`;
  return page(frame, reader, {
    title: '隐私',
    description: '您的信息我们怎么保管、谁能看、存多久、怎样删。',
    body,
    share: { url: `${publicUrl}/privacy`, type: 'website' },
  });
}
