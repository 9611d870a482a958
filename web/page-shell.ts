/**
 * Vite plugins that give every page the same frame: head, navigation, footer, and the content security policy. A page's
 * file holds its own `<title>`, scripts and `<main>` alone.
 *
 * The policy is the same on the development server. It leaves no room for that server's client, which needs inline styles
 * and a web socket, so that after a change the page is loaded again by hand.
 */
import { basename } from 'node:path';
import type { HtmlTagDescriptor, Plugin } from 'vite';

const pages = [
  { file: 'index.html', name: 'Draw' },
  { file: 'inside.html', name: 'Inside' },
  { file: 'forecast.html', name: 'Forecast' },
  { file: 'write.html', name: 'Write' },
  { file: 'train.html', name: 'Train here' },
  { file: 'convert.html', name: 'Convert' },
] as const;

/** Nothing from elsewhere, nothing inline; WebAssembly, and workers that the library starts from blobs. */
function contentSecurityPolicy(file: string): string {
  // What a person drops on Convert stays on the machine: the page and its worker can neither fetch nor post. Scripts,
  // styles and images of the site's own server they may load, the icon of the page among them; nothing of other sites.
  const connect = file === 'convert.html' ? "'none'" : "'self'";
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "worker-src 'self' blob:",
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
    // No string becomes markup or a script; which scripts there are trusted-scripts.ts says.
    "require-trusted-types-for 'script'",
  ].join('; ');
}

const header = (current: string): string => `
<a class="skip-link" href="#content">Skip to the content</a>
<header class="site-head">
  <a class="brand" href="./index.html">lstm-onnx</a>
  <nav class="site-nav" aria-label="Pages">
    <ul>${pages
      .map(
        ({ file, name }) =>
          `<li><a href="./${file}"${file === current ? ' aria-current="page"' : ''}>${name}</a></li>`,
      )
      .join('')}</ul>
  </nav>
</header>`;

const footer = `
<footer class="site-foot">
  <p>Everything on these pages is computed by this browser. There is no server behind them.</p>
</footer>`;

/** Puts the shell around each page as Vite reads it. */
export function pageShell(): Plugin {
  return {
    name: 'page-shell',
    transformIndexHtml: {
      // Before Vite collects scripts and styles, so that the style sheet goes the way of the page's own.
      order: 'pre',
      handler(html, { filename }) {
        const file = basename(filename);
        const head: HtmlTagDescriptor[] = [
          { tag: 'meta', attrs: { charset: 'utf-8' } },
          {
            tag: 'meta',
            attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy(file) },
          },
          { tag: 'meta', attrs: { name: 'viewport', content: 'width=device-width, initial-scale=1' } },
          { tag: 'meta', attrs: { name: 'color-scheme', content: 'light dark' } },
          { tag: 'link', attrs: { rel: 'icon', type: 'image/svg+xml', href: './icon.svg' } },
          { tag: 'link', attrs: { rel: 'stylesheet', href: './style.css' } },
        ];
        return {
          html: html.replace('<body>', `<body>${header(file)}`).replace('</body>', `${footer}\n</body>`),
          tags: head.map((tag) => ({ ...tag, injectTo: 'head-prepend' })),
        };
      },
    },
  };
}

/** Takes the development server's client out of each page, whose policy does not allow it. */
export function withoutClient(): Plugin {
  return {
    name: 'without-client',
    apply: 'serve',
    transformIndexHtml: {
      order: 'post',
      handler: (html) => html.replace(/<script type="module" src="[^"]*\/@vite\/client"><\/script>/, ''),
    },
  };
}
