package subject

import "strings"

// stopWords are words of grammar, folded: they tell who speaks of whom, so they are
// features, but they have no part in pairs or in the average of the vectors.
var stopWords = hashes(strings.Fields(`
a afin ai ainsi alors apres as au aucun aucune aussi autre autres aux avait avant avec avez avoir avons ayant
c car ce ceci cela celle celles celui ces cet cette ceux chaque chez comme comment
d dans de depuis des donc dont du
elle elles en encore entre es est et etaient etait etant ete etes etre eu eux
fait font
grace
hors
il ils
j je jusqu
l la le les leur leurs lors lorsqu lui
m ma mais me meme memes mes moi mon
n ne ni non nos notre nous
on ont ou
par parce pas pendant peu peut plus pour pourquoi puis
qu quand que quel quelle quelles quels qui quoi
s sa sans se selon sera seront ses si soi soit son sont sous sur
t ta te tel telle tes toi ton tous tout toute toutes tres tu
un une
vers via vos votre vous
y
`)...)
