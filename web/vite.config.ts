import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The web app is built into dist: static files that any server, or CloudFront, hands out. */
export default defineConfig({
  plugins: [react()],
  build: { target: 'es2024', sourcemap: true, assetsInlineLimit: 0 },
});
