/** The whole web app. */
export function App() {
  return <main>Syncline</main>;
}
