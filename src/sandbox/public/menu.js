import { make } from './lines.js';

/** Closes the open list of a menu bar, but not `except`. */
export function closeLists(menu, except) {
  for (const list of menu.querySelectorAll('ul')) {
    if (list === except) continue;
    list.hidden = true;
    list.previousElementSibling.setAttribute('aria-expanded', 'false');
  }
}

/** The menu bar: up to three buttons, each acting or opening its list. `press(button)` gets what was chosen. */
export function drawMenu(menu, buttons, press) {
  const choose = (button) => {
    closeLists(menu);
    press(button);
  };

  function entry(button) {
    const holder = make('div');
    const top = make('button', '', button.name);
    top.type = 'button';
    holder.append(top);
    if (button.sub_button.length === 0) {
      top.addEventListener('click', () => choose(button));
      return holder;
    }
    top.classList.add('opens');
    top.setAttribute('aria-expanded', 'false');
    const list = make('ul');
    list.hidden = true;
    for (const sub of button.sub_button) {
      const item = make('li');
      const choice = make('button', '', sub.name);
      choice.type = 'button';
      choice.addEventListener('click', () => choose(sub));
      item.append(choice);
      list.append(item);
    }
    top.addEventListener('click', () => {
      closeLists(menu, list);
      list.hidden = !list.hidden;
      top.setAttribute('aria-expanded', String(!list.hidden));
    });
    holder.append(list);
    return holder;
  }

  if (buttons === null) menu.replaceChildren(make('p', '', '没有菜单'));
  else menu.replaceChildren(...buttons.map(entry));
}
