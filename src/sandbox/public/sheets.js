// Sheets that rise from the bottom of a phone: where one is, and which code one scans.
import { make } from './lines.js';

/** Places that a resident may be at: invented, as near to each other as those of one village. */
const PLACES = [
  { label: '村委会门口', lat: '35.44051', lng: '106.33822' },
  { label: '村口公交站', lat: '35.43876', lng: '106.34105' },
  { label: '卫生院', lat: '35.44213', lng: '106.33540' },
  { label: '小学门口', lat: '35.44382', lng: '106.34017' },
  { label: '河边小桥', lat: '35.43690', lng: '106.33391' },
];

/** A choice of one, which fills the fields under the list. */
function choice(words, detail, choose) {
  const node = make('label', 'choice');
  const radio = make('input');
  Object.assign(radio, { type: 'radio', name: 'choice' });
  radio.addEventListener('change', choose);
  node.append(radio, make('span', '', words));
  if (detail) node.append(make('small', '', detail));
  return node;
}

/** A coordinate as it was typed, or null where it is no number from -`most` to `most`. */
function degrees(text, most) {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) && Math.abs(value) <= most ? value : null;
}

/** The sheets of one phone. Only one is open, and what lies under it in this phone cannot be reached meanwhile. */
export class Sheets {
  #open = null;
  #before = null;

  /** `speak(said)` sends; `scenes()` answers the scenes of the codes that there are. */
  constructor(phone, { speak, scenes }) {
    this.phone = phone;
    this.speak = speak;
    this.scenes = scenes;
    this.place = phone.querySelector('.place-sheet');
    this.scan = phone.querySelector('.scan-sheet');
    for (const sheet of [this.place, this.scan]) {
      sheet.querySelector('.close').addEventListener('click', () => this.close());
      sheet.addEventListener('keydown', ({ key }) => {
        if (key === 'Escape') this.close();
      });
    }
    phone.querySelector('.shade').addEventListener('click', () => this.close());
    this.place.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#sendPlace();
    });
    this.scan.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#sendScene();
    });
    const { label, lat, lng } = this.place.elements;
    const fill = (spot) => {
      [label.value, lat.value, lng.value] = [spot.label, spot.lat, spot.lng];
      this.#complain(this.place, '');
    };
    this.place
      .querySelector('fieldset')
      .append(...PLACES.map((spot) => choice(spot.label, `${spot.lat}, ${spot.lng}`, () => fill(spot))));
  }

  openPlace() {
    this.place.reset();
    const first = this.place.querySelector('input[type=radio]');
    first.checked = true;
    first.dispatchEvent(new Event('change'));
    this.#show(this.place, first);
  }

  async openScan() {
    let scenes = [];
    let problem = '';
    try {
      scenes = await this.scenes();
    } catch {
      problem = '二维码的名单没有取到，可以自己填场景值。';
    }
    const { scan } = this;
    scan.reset();
    for (const old of scan.querySelectorAll('.choice')) old.remove();
    const fill = (scene) => {
      scan.elements.scene.value = scene;
      this.#complain(scan, '');
    };
    scan.querySelector('.none').hidden = scenes.length > 0;
    scan.querySelector('fieldset').append(...scenes.map((scene) => choice(scene, '', () => fill(scene))));
    this.#complain(scan, problem);
    this.#show(scan, scan.querySelector('input'));
  }

  /** Puts the open sheet away and gives the focus back to what had it. */
  close() {
    if (this.#open === null) return;
    this.#open.hidden = true;
    this.#open = null;
    this.phone.querySelector('.shade').hidden = true;
    this.#setUnder(false);
    this.#before?.focus();
  }

  #show(sheet, first) {
    this.close();
    this.#before = document.activeElement;
    this.#open = sheet;
    this.phone.querySelector('.shade').hidden = false;
    sheet.hidden = false;
    this.#setUnder(true);
    first.focus();
  }

  #setUnder(inert) {
    for (const part of this.phone.querySelectorAll('.bar, .chat, .dock, .joining')) part.inert = inert;
  }

  /** Says what is wrong with what was typed; nothing with an empty text. */
  #complain(sheet, words, field) {
    const wrong = sheet.querySelector('.wrong');
    wrong.textContent = words;
    wrong.hidden = words === '';
    for (const one of sheet.querySelectorAll('.field input')) one.removeAttribute('aria-invalid');
    field?.setAttribute('aria-invalid', 'true');
    field?.focus();
  }

  #sendPlace() {
    const { label, lat, lng } = this.place.elements;
    const [north, east] = [degrees(lat.value, 90), degrees(lng.value, 180)];
    if (north === null) return this.#complain(this.place, '纬度是 -90 到 90 的数，例如 35.44051。', lat);
    if (east === null) return this.#complain(this.place, '经度是 -180 到 180 的数，例如 106.33822。', lng);
    this.close();
    this.speak({ type: 'location', lat: north, lng: east, label: label.value.trim() });
  }

  #sendScene() {
    const { scene } = this.scan.elements;
    const wanted = scene.value.trim();
    if (wanted === '') return this.#complain(this.scan, '请选一个二维码，或者填场景值。', scene);
    this.close();
    this.speak({ type: 'scan', scene: wanted });
  }
}
