"""`actor_critic` against TensorFlow's derivatives with a stopped gradient, and against exact values."""

import numpy as np
import pytest
import tensorflow as tf


@pytest.mark.parametrize("terminated_t", [False, True])
def test_update_is_a_step_along_semi_gradients(load, rng, terminated_t):
    theta, v = rng.normal(size=(4, 3)), rng.normal(size=4)
    s_tm1, a_tm1, r_t, s_t, discount = 1, 2, 0.7, 3, 0.9
    table, values = tf.Variable(theta), tf.Variable(v)
    with tf.GradientTape(persistent=True) as tape:
        following = 0.0 if terminated_t else discount * values[s_t]
        delta = tf.stop_gradient(tf.constant(r_t, "float64") + following) - values[s_tm1]
        critic_loss = 0.5 * delta**2
        actor_loss = -tf.stop_gradient(delta) * tf.nn.log_softmax(table)[s_tm1, a_tm1]
    new_theta, new_v = load("reinforcement/actor_critic").update(
        theta, v, s_tm1, a_tm1, r_t, s_t, terminated_t, 0.3, 0.6, discount
    )
    along = tf.convert_to_tensor(tape.gradient(actor_loss, table)).numpy()
    np.testing.assert_allclose(new_theta, theta - 0.3 * along)
    along = tf.convert_to_tensor(tape.gradient(critic_loss, values)).numpy()
    np.testing.assert_allclose(new_v, v - 0.6 * along)


def test_errors_of_exact_values_vanish_on_average(load, rng):
    # With the values of a policy the expected error of every state is 0: that is the equation which they solve.
    transition, reward = 0.8 * rng.dirichlet(np.ones(4), size=4), rng.normal(size=4)
    v = np.linalg.solve(np.eye(4) - 0.9 * transition, reward)
    td_errors = load("reinforcement/actor_critic").td_errors
    for state in range(4):
        errors = td_errors(np.full(5, v[state]), np.full(5, reward[state]), np.arange(5) == 4, np.append(v, 99.0), 0.9)
        assert np.append(transition[state], 0.2) @ errors == pytest.approx(0.0, abs=1e-12)
