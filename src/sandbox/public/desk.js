// The desk: who there is, and one phone or, where there is room, two side by side.
import { make } from './lines.js';
import { call, nameOf, Phone } from './phone.js';

const byId = (id) => document.getElementById(id);
const roomForTwo = window.matchMedia('(min-width: 900px)');
const desk = document.querySelector('.desk');
const phones = [];
const account = await call('GET', '/_/phone');
/** Which phone the next choice in the list goes to: the one touched last. */
let inHand = 0;
let residents = [];
let menu = null;
let drawn = '';

/** Whose phones lay here, remembered for this tab. */
function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem('openids') ?? '[]');
  } catch {
    return [];
  }
}

function remember() {
  try {
    sessionStorage.setItem('openids', JSON.stringify(phones.map((phone) => phone.resident?.openid)));
  } catch {
    // Without storage the page begins with the first residents again.
  }
}

function layPhone() {
  const phone = new Phone(account);
  for (const touch of ['pointerdown', 'focusin']) phone.node.addEventListener(touch, () => take(phones.indexOf(phone)));
  phone.node.addEventListener('spoken', () => void refresh());
  const people = phone.node.querySelector('.switch');
  people.addEventListener('click', () => openPeople(!byId('people').classList.contains('open')));
  phones.push(phone);
  desk.append(phone.node);
}

function take(index) {
  if (index < 0 || index === inHand) return;
  inHand = index;
  drawPeople();
}

/** Lays out as many phones as there is room and there are residents for; each keeps its resident while they exist. */
function arrange() {
  const wanted = roomForTwo.matches && residents.length > 1 ? 2 : 1;
  while (phones.length < wanted) layPhone();
  while (phones.length > wanted) phones.pop().node.remove();
  inHand = Math.min(inHand, wanted - 1);
  const before = remembered();
  const taken = [];
  phones.forEach((phone, index) => {
    const free = residents.filter(({ openid }) => !taken.includes(openid));
    const known = (openid) => free.find((resident) => resident.openid === openid);
    const resident = known(phone.resident?.openid) ?? known(before[index]) ?? free[0];
    taken.push(resident?.openid);
    phone.show(resident);
    phone.showMenu(menu);
  });
  drawPeople();
}

function choose(openid) {
  const lies = phones.findIndex(({ resident }) => resident?.openid === openid);
  if (lies >= 0) inHand = lies;
  else phones[inHand].show(residents.find((resident) => resident.openid === openid));
  remember();
  openPeople(false);
  drawPeople();
  void refresh();
}

function openPeople(open) {
  byId('people').classList.toggle('open', open);
  for (const { node } of phones) node.querySelector('.switch').setAttribute('aria-expanded', String(open));
}

function entry(resident) {
  const lies = phones.findIndex((phone) => phone.resident?.openid === resident.openid);
  const button = make('button');
  button.type = 'button';
  button.append(make('span', '', nameOf(resident)));
  if (lies >= 0 && phones.length > 1) button.append(make('b', '', lies === 0 ? '左' : '右'));
  button.append(make('small', '', resident.following ? '已关注' : '未关注'));
  if (lies >= 0) button.setAttribute('aria-current', 'true');
  button.addEventListener('click', () => choose(resident.openid));
  const item = make('li');
  item.append(button);
  return item;
}

function drawPeople() {
  const state = JSON.stringify([residents, phones.map(({ resident }) => resident?.openid), inHand]);
  if (state === drawn) return;
  drawn = state;
  byId('list').replaceChildren(...residents.map(entry));
  phones.forEach(({ node }, index) => node.classList.toggle('held', phones.length > 1 && index === inHand));
}

async function addResident() {
  const { openid } = await call('POST', '/_/residents', {});
  ({ residents } = await call('GET', '/_/residents?limit=200'));
  const before = phones.length;
  arrange();
  // The second resident of a wide desk got a phone of their own; any other takes the phone in hand.
  if (phones.length > before) inHand = phones.length - 1;
  choose(openid);
}

async function refresh() {
  try {
    const [people, live] = await Promise.all([call('GET', '/_/residents?limit=200'), call('GET', '/_/menu')]);
    ({ residents } = people);
    ({ menu } = live);
    arrange();
    await Promise.all(phones.map(async (phone) => phone.refresh()));
    for (const phone of phones) phone.setReachable(true);
  } catch {
    for (const phone of phones) phone.setReachable(false);
  }
}

document.title = `${account.name} · 模拟手机`;
byId('add').addEventListener('click', () => void addResident());
document.addEventListener('click', ({ target }) => {
  for (const phone of phones) phone.touched(target);
});
roomForTwo.addEventListener('change', arrange);

({ residents } = await call('GET', '/_/residents?limit=200'));
if (residents.length === 0) await addResident();
await refresh();
setInterval(() => void refresh(), 1_500);
