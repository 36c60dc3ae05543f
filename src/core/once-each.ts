/** The same question, asked once of each thing: who asks again is told what was answered then. */
export function onceEach<Answer>(question: (of: string) => Promise<Answer>): (of: string) => Promise<Answer> {
  const known = new Map<string, Promise<Answer>>()
  return (of) => {
    const answer = known.get(of) ?? question(of)
    known.set(of, answer)
    return answer
  }
}
