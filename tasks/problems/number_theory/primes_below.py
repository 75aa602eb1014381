"""List the prime numbers below a limit, in ascending order.

The limit itself is not included. Limits below 3 give an empty list. Limits reach
the tens of thousands, so dividing by every smaller prime is too slow.
"""

# %% meta
entry_points = ["primes_below"]
categories = ["logic", "type", "algorithm"]
comparator = "exact"
allowed_imports = []

# %% reference
def primes_below(limit):
    is_prime = [True] * limit
    primes = []
    for number in range(2, limit):
        if is_prime[number]:
            primes.append(number)
            for multiple in range(number * number, limit, number):
                is_prime[multiple] = False
    return primes

# %% cases
def visible():
    return [[10], [2], [20]]


def hidden(rng):
    cases = [[n] for n in (0, 1, 3, 4, 5, 9, 11, 25, 26, 30, 50, 100, 121, 122, 169, 170)]
    cases.append([-5])
    for _ in range(3):
        cases.append([rng.randrange(130, 300)])
    return cases

# %% scaling
sizes = [2500, 5000, 10000, 20000]


def scaling(n, rng, adverse):
    return [n if adverse else n - rng.randrange(n // 10)]

# %% bug divides_by_all_smaller category=algorithm
def primes_below(limit):
    primes = []
    for number in range(2, limit):
        for prime in primes:
            if number % prime == 0:
                break
        else:
            primes.append(number)
    return primes

# %% bug includes_limit category=logic
def primes_below(limit):
    is_prime = [True] * (limit + 1)
    primes = []
    for number in range(2, limit + 1):
        if is_prime[number]:
            primes.append(number)
            for multiple in range(number * number, limit + 1, number):
                is_prime[multiple] = False
    return primes

# %% bug float_root category=type
def primes_below(limit):
    primes = []
    for number in range(2, limit):
        for divisor in range(2, number ** 0.5 + 1):
            if number % divisor == 0:
                break
        else:
            primes.append(number)
    return primes

# %% bug root_excluded category=logic
def primes_below(limit):
    primes = []
    for number in range(2, limit):
        for divisor in range(2, int(number ** 0.5)):
            if number % divisor == 0:
                break
        else:
            primes.append(number)
    return primes
