/**
 * Residents read on cheap phones with weak eyes: system fonts, 20 px (18 where smaller), targets of 44 px, contrast
 * above AA. Inlined in each page: one request less on a slow line, and no page without its look.
 */
export const STYLE = [
  '*{box-sizing:border-box}',
  'body{margin:0;font:20px/1.75 system-ui,"PingFang SC","Noto Sans CJK SC",sans-serif;color:#1d2321;background:#f6f5f1}',
  '.bar div,main,footer{max-width:42rem;margin:0 auto;padding:0 1rem}',
  '.skip{position:absolute;left:-999em}.skip:focus{left:0;padding:.5em 1em;background:#fff}',
  '.bar{background:#0b5345}.bar div{padding-top:.6rem;padding-bottom:.6rem}',
  '.bar a{color:#fff;text-decoration:none;font-weight:600;font-size:1.15em;display:inline-block;line-height:44px}',
  'main{background:#fff;padding-top:1rem;padding-bottom:1.5rem;min-height:60vh;overflow-wrap:anywhere}',
  'h1{font-size:1.4em;line-height:1.4;margin:.3em 0}h2{font-size:1.2em;margin:1.3em 0 .4em}',
  'a{color:#0b5345}a:focus-visible,button:focus-visible,input:focus-visible{outline:3px solid #c98a00;outline-offset:2px}',
  '.meta{color:#55605c;font-size:.9em}.meta a,.next,footer a{display:inline-block;min-height:44px;line-height:44px}',
  'nav.trail a{display:inline-block;line-height:44px;padding-right:.3em}',
  'ul.list{list-style:none;padding:0;margin:0}ul.list li{border-bottom:1px solid #e3e3dd}',
  'ul.list a{display:block;padding:.65em 0;min-height:44px;text-decoration:none;color:inherit}ul.list .meta{display:block}',
  '.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.5em,1fr));gap:.5rem;padding:0;list-style:none}',
  '.tiles a{display:flex;align-items:center;min-height:52px;padding:.4em .7em;background:#eef4f1;border-radius:.4em;text-decoration:none;line-height:1.35}',
  'form.search{display:flex;gap:.5rem;margin:.6rem 0}',
  'form.search input{flex:1;min-width:0;min-height:44px;font:inherit;padding:.4em .6em;border:2px solid #0b5345;border-radius:.4em}',
  'button{font:inherit;min-height:44px;padding:0 1em;border:0;border-radius:.4em;background:#0b5345;color:#fff}',
  'article img,.said img{max-width:100%;height:auto}.scroll{overflow-x:auto;max-width:100%}',
  'table{border-collapse:collapse}td,th{border:1px solid #b9bfbb;padding:.3em .6em}',
  '.note{background:#fff6dd;border-left:5px solid #c98a00;padding:.6em .9em}',
  '.said{background:#eef4f1;border-radius:.5em;padding:.5em .9em;margin:.5em 0;white-space:pre-wrap;overflow-wrap:anywhere}',
  'ol.steps{padding-left:1.2em}.approval{border-top:1px solid #e3e3dd;margin-top:1.5em;padding-top:.6em}',
  'footer{font-size:.9em;color:#55605c;padding-top:1rem;padding-bottom:2rem}footer p{margin:0}',
  '@media print{.bar,.skip,footer,form,nav,.next{display:none}body{background:#fff;font-size:14pt}main{max-width:none}',
  'a{color:inherit;text-decoration:none}tr,img{break-inside:avoid}}',
].join('');
