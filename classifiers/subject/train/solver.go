package train

import (
	"math"
	"math/rand/v2"
	"slices"
)

// example is one text as the solver sees it: values of features, sparse.
type example struct {
	index []int32
	value []float32
}

// dot sums in four parts, which a processor adds at the same time.
func (e *example) dot(w []float64) float64 {
	var a, b, c, d float64
	index, value := e.index, e.value[:len(e.index)]
	for len(index) >= 4 {
		a += w[index[0]] * float64(value[0])
		b += w[index[1]] * float64(value[1])
		c += w[index[2]] * float64(value[2])
		d += w[index[3]] * float64(value[3])
		index, value = index[4:], value[4:]
	}
	for k, i := range index {
		a += w[i] * float64(value[k])
	}
	return a + b + (c + d)
}

// solve returns the weights of a linear support vector machine with squared hinge
// loss: it minimises ½|w|² + Σ cost_i max(0, 1 − y_i w·x_i)², by dual coordinate
// descent (Hsieh and others, ICML 2008, algorithm 1). An example whose cost is 0
// is left out. The order is that of a fixed seed.
func solve(x []example, y []bool, cost []float64, n, rounds int) []float64 {
	w := make([]float64, n)
	alpha := make([]float64, len(x))
	norm := make([]float64, len(x))
	var order []int
	for i := range x {
		if cost[i] <= 0 {
			continue
		}
		order = append(order, i)
		for _, v := range x[i].value {
			norm[i] += float64(v) * float64(v)
		}
	}
	random := rand.New(rand.NewPCG(1, uint64(len(order))))
	// Most examples lie far on their side of the margin: they are set aside (the
	// paper's shrinking, section 3.2) and looked at again once the others are done.
	active, beyond := slices.Clone(order), math.Inf(1)
	for range rounds {
		random.Shuffle(len(active), func(i, j int) { active[i], active[j] = active[j], active[i] })
		most, kept := 0.0, active[:0]
		for _, i := range active {
			sign := -1.0
			if y[i] {
				sign = 1
			}
			diagonal := 1 / (2 * cost[i])
			g := sign*x[i].dot(w) - 1 + diagonal*alpha[i]
			if alpha[i] == 0 && g > beyond {
				continue
			}
			kept = append(kept, i)
			if alpha[i] == 0 && g >= 0 {
				continue
			}
			most = max(most, math.Abs(g))
			old := alpha[i]
			alpha[i] = max(0, old-g/(norm[i]+diagonal))
			step := (alpha[i] - old) * sign
			for k, j := range x[i].index {
				w[j] += step * float64(x[i].value[k])
			}
		}
		active, beyond = kept, most
		if most >= least {
			continue
		}
		if len(active) == len(order) {
			break
		}
		active, beyond = slices.Clone(order), math.Inf(1)
	}
	return w
}

// least is the largest gradient at which a solution is taken for exact.
const least = 0.01

// logistic fits σ(w·x + b) to y by Newton's method, with ½ ridge |w|². The bias is
// the last weight. It is for a handful of features.
func logistic(x [][]float64, y []bool, weight []float64, ridge float64) []float64 {
	n := len(x[0]) + 1
	w := make([]float64, n)
	at := func(i, k int) float64 {
		if k == n-1 {
			return 1
		}
		return x[i][k]
	}
	for range 50 {
		grad := make([]float64, n)
		hess := make([][]float64, n)
		for k := range hess {
			hess[k] = make([]float64, n+1)
			r := ridge
			if k == n-1 {
				r = 1e-6
			}
			grad[k] = r * w[k]
			hess[k][k] = r
		}
		for i := range x {
			z := 0.0
			for k := range w {
				z += w[k] * at(i, k)
			}
			p := 1 / (1 + math.Exp(-z))
			t := 0.0
			if y[i] {
				t = 1
			}
			v := weight[i] * p * (1 - p)
			for k := range w {
				grad[k] += weight[i] * (p - t) * at(i, k)
				for l := range w {
					hess[k][l] += v * at(i, k) * at(i, l)
				}
			}
		}
		for k := range hess {
			hess[k][n] = grad[k]
		}
		step := eliminate(hess)
		size := 0.0
		for k := range w {
			w[k] -= max(-5, min(5, step[k]))
			size += math.Abs(step[k])
		}
		if size < 1e-8 {
			break
		}
	}
	return w
}

// eliminate solves the linear system whose last column is the right side.
func eliminate(a [][]float64) []float64 {
	n := len(a)
	for k := range n {
		p := k
		for i := k + 1; i < n; i++ {
			if math.Abs(a[i][k]) > math.Abs(a[p][k]) {
				p = i
			}
		}
		a[k], a[p] = a[p], a[k]
		for i := range n {
			if i == k || a[k][k] == 0 {
				continue
			}
			f := a[i][k] / a[k][k]
			for j := k; j <= n; j++ {
				a[i][j] -= f * a[k][j]
			}
		}
	}
	out := make([]float64, n)
	for k := range out {
		if a[k][k] != 0 {
			out[k] = a[k][n] / a[k][k]
		}
	}
	return out
}
